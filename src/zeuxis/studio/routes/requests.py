"""What all routes ask of a request: the service behind it, and who sent it."""

from starlette.requests import Request

from zeuxis.studio.security import client_of
from zeuxis.studio.service import Service


def service_of(request: Request) -> Service:
    """The service that the server was made with."""
    service: Service = request.app.state.service
    return service


def sender_of(request: Request) -> str:
    """Whose limit the request counts against."""
    return client_of(request.client.host if request.client else None)
