"""The units of a build from OpenML: read, kept, counted."""
