// SPDX-License-Identifier: MIT
/// The immutable JPEG frame and the pooled memory it lives in: a leaf, used by every other package.
@NullMarked
package org.jetsonrelay.server.frame;

import org.jspecify.annotations.NullMarked;
