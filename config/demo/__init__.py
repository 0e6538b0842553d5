"""Makes OCI images and the evidence about them, by other means than pullgate's own verifier.

    layer      gzip tar layers, byte for byte the same on every run
    oci        image layouts: blobs, manifests, indexes, names, one layout per repository
    keys       key pairs and raw signatures
    statement  in-toto statements and SLSA provenance
    sign       cosign payloads, DSSE envelopes, Sigstore bundles, and where each hangs beside an image
    site       the demonstration: images, evidence, keys and the two configuration files

The quickstart runs `site`; the tests import the rest to make evidence that is right, and evidence that is
wrong in one chosen way. So every function takes its fields from the caller and none checks that they agree.
"""
