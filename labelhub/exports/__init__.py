"""Export runs and the training sets they make. It refuses to write formats: `exporters` does."""
