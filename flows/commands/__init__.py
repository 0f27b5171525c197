"""The commands of `vlkge`, by what they work on. Heavy imports happen inside them, so that --help is instant."""


def start_services() -> None:
    """What every flow needs; to be called before a flow is imported, which imports Prefect."""
    from flows.runtime import services
    from flows.runtime.settings import Settings

    services.start_services(Settings())
