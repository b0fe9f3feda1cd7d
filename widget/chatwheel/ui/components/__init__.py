"""The parts of the widget: pure functions from the state (and the words) to nodes."""
