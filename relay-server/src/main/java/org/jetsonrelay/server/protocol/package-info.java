// SPDX-License-Identifier: MIT
/// The wire contract: JSON messages in and out. The only place where the names on the wire are
/// spelt.
@NullMarked
package org.jetsonrelay.server.protocol;

import org.jspecify.annotations.NullMarked;
