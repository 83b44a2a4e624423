"""The deployment, declared once: from here come `infra/resources.json` and the policies in `.chalice/`."""
