// SPDX-License-Identifier: MIT
/// This node's registry and router: cameras, viewers, demand. No JSON, no Helidon, no bus.
@NullMarked
package org.jetsonrelay.server.hub;

import org.jspecify.annotations.NullMarked;
