// SPDX-License-Identifier: MIT
/// Joins relays over NATS: a camera of any of them can be watched at any other. The only package
/// that sees the NATS client.
@NullMarked
package org.jetsonrelay.server.cluster;

import org.jspecify.annotations.NullMarked;
