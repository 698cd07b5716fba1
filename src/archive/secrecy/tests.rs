//! Every way of keeping an archive secret, there and back.
