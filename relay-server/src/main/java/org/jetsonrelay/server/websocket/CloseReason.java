// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

/// Why a connection ended.
///
/// @param code the status code of RFC 6455, section 7.4 (1006 when there was no closing handshake)
/// @param text what to write in a log line: short, printable, never the peer's bytes unescaped
/// @param byPeer whether the peer began to close
public record CloseReason(int code, String text, boolean byPeer) {}
