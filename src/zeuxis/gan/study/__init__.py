"""Many short runs that differ in one thing at a time: which loss, which network, which regulariser?"""
