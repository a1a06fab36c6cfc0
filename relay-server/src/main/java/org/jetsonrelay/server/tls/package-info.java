// SPDX-License-Identifier: MIT
/// The relay's certificate: read from PEM files, and exchanged while it is in use.
@NullMarked
package org.jetsonrelay.server.tls;

import org.jspecify.annotations.NullMarked;
