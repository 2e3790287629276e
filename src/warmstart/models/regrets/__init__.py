"""How far a configuration falls short of a task's best, and by how much k of them do."""
