"""What flows run on: settings, services, Prefect's server, logs, progress, locks."""
