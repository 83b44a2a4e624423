"""HTTP route of the rules by which disputes find their place, for everyone."""

from __future__ import annotations

from chalicelib.cases.routes.views import RoutingRulesView
from chalicelib.shared.rule_files import read_rules
from chalicelib.web.answers import PUBLIC_MINUTE
from chalicelib.web.endpoint import endpoint
from chalicelib.web.operations import Access, Routes

routes = Routes(__name__)


@routes.route("/v1/transparency/routing")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE)
def routing_rules() -> RoutingRulesView:
    """Publish the rules by which organisations, courts and other ways are found, and what makes an agreement hold."""
    return RoutingRulesView(**{name: read_rules(name) for name in RoutingRulesView.model_fields})
