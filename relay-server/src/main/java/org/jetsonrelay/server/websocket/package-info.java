// SPDX-License-Identifier: MIT
/// RFC 6455 on Helidon's upgrade SPI: handshake, message reader, transmitter. Knows nothing of
/// cameras.
@NullMarked
package org.jetsonrelay.server.websocket;

import org.jspecify.annotations.NullMarked;
