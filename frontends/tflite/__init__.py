"""TensorFlow Lite: .tflite files, read without any package of TensorFlow's.

A file is one flatbuffer. ``flatbuffer.py`` reads tables by the published schema (``schema_text.py``), every offset
checked and all work bounded by the size of the file; so no package is needed, and a hostile file meets no code that
trusts it. ``read.py`` makes records of it. In these a quantised operation stands between ``dequantize`` and
``quantize`` nodes (``quantized_records.py``), variables are what one run leaves for the next (``variables.py``), and
subgraphs are bodies. The importers in ``ops/`` know floats and axes alone.
"""
