"""The load harness behind tests/bench/run.

    machine    what it runs on, and which cores are whose
    images     what is served: one repository of signed images in the origin
    servers    who serves it, each with its configuration
    answers    that everybody serves the same bytes
    cells      what is measured
    load       one burst of requests, by wrk or by `requester`
    requester  a load generator for what wrk cannot do, a process of its own
    cold       pulls of images that nobody has seen before
    memory     what a server holds when it is idle, and for each connection
    measure    rounds of bursts, and the processor time they took
    results    everything that one run found
    figures    medians, spreads and ratios
    goals      what is aimed at, and whether it is reached
    table      the results as text
    report     the page
    plots      the pictures on the page
"""
