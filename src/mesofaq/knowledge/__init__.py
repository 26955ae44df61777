"""The knowledge bundle: cards compiled into something that can be searched.

Entry points: `build.build_bundle` and `bundle.load_bundle`.

`build`, `export` and `fit` need the build dependencies (PyTorch, sentence-transformers, scikit-learn) and are never
imported by the service; `bundle`, `encoder`, `index`, `lexical` and `head` are what serving uses.
"""
