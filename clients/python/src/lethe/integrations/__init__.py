"""Lethe in other frameworks. Each module needs its own framework, and only where it is imported."""
