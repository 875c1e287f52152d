"""Label Studio, behind a port. The only room that imports label_studio_sdk; Label Studio itself has no authority."""
