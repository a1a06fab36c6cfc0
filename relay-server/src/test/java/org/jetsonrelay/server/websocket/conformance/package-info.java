// SPDX-License-Identifier: MIT
/// RFC 6455, case by case, against the echo server over real sockets.
@NullMarked
package org.jetsonrelay.server.websocket.conformance;

import org.jspecify.annotations.NullMarked;
