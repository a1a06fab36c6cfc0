// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import org.jetsonrelay.server.hub.Watch;

/// What a `flutter` client is: its registration with the hub and the way of its frames.
///
/// @param watch what it chose and receives
/// @param feed takes frames out of its mailboxes
record ViewerRole(Watch watch, ViewerFeed feed) {}
