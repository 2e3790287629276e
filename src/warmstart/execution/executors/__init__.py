"""Where units of work run: here, in local processes, on a Dask cluster."""
