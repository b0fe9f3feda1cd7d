"""The widget: state → tree of plain nodes → keyed diff → edits. Pure Python, tested on CPython.

Nothing here knows JavaScript or the document; `chatwheel.app` carries the edits to the stage.
"""
