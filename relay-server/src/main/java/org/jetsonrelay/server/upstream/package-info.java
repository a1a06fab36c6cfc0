// SPDX-License-Identifier: MIT
/// Makes this relay a viewer of another one, for a site that hangs on a larger one by a thin link.
@NullMarked
package org.jetsonrelay.server.upstream;

import org.jspecify.annotations.NullMarked;
