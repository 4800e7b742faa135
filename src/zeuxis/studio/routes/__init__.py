"""The routes: doors that only translate."""
