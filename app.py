"""The Chalice app: blueprints, and every event handler. No decisions are made here."""

from __future__ import annotations

from chalice.app import Chalice

from chalicelib.catalogue.api import routes as catalogue_routes
from chalicelib.people.api import routes as people_routes
from chalicelib.web.api import routes as web_routes
from chalicelib.web.chalice_edges import anchor

app = Chalice(app_name="yima", configure_logs=False)

for blueprint in (anchor, web_routes, catalogue_routes, people_routes):
    app.register_blueprint(blueprint)
