"""What every frontend shares: plain records of a model, and the way from these to a Graph.

A framework's folder brings:

* ``framework.py``: the table of its importers, ``CAFFE = Framework("caffe", "Caffe")``;
* ``read.py``: bytes → ModelRecord. It gives every tensor a name and makes attributes plain values;
* ``ops/``: one small function an operation, ``@CAFFE.imports("Pooling")``. Inputs are positional parameters,
  attributes keyword-only ones, with the framework's names and defaults;
* ``format.py``: a Format, how its files are recognised; it is listed in ``frontends/formats.py``, and imports nothing
  of the above until a model is read;
* ``reader.py``: the Reader that it then imports;
* ``options.py``: the options that only this framework has, listed in ``frontends/options.py``.

Cutting, order, bodies, names and the report of all that is missing are here. ``import_model`` is the way from the
record to the graph, and the place to begin reading. The tests of a framework compare each importer's signature with
what the framework itself declares (``Signature.differences``), and feed its reader hostile files.
"""
