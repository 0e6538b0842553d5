"""What the tests against the running program stand on.

    client             a bare HTTP client: the bytes on the wire are those the test wrote
    process            servers on loopback, from their start to their end
    gate               pullgate itself
    workshop           images, keys and evidence, right or wrong in one chosen way
    denial             what an answer must look like, in one place
    docker_registry    Debian's docker-registry, and pushing layouts to it
    hostile_registry   a registry that does what a script says
    misbehaviour       what a script can say, however bad
    evidence_case      evidence and the reason why it does not count
    stage              a gate before a registry, for one fault after the other
    vectors            the list of attacks, and which tests are about which
    containerd         Debian's containerd with ctr
    skopeo             skopeo
    cosign             cosign, built with the Go toolchain
    cosign_bench       cosign signing in a registry before which there is a gate

Every server listens on a free loopback port, ends by its process id, and is waited for with a deadline.
"""
