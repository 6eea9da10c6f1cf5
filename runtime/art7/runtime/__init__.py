"""Offer to behaviour: endpoints, simulated network, scenarios, traces."""
