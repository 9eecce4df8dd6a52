"""Which answer does an exception get that nothing else has answered? A problem for agents, a page for people."""

import sys

from django.http import HttpRequest, HttpResponse

from approvals.api import problems
from approvals.views import trouble


def failed(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`."""
    answer = problems.failure if request.path.startswith(problems.BASE) else trouble.failure
    return answer(request, sys.exc_info()[1])
