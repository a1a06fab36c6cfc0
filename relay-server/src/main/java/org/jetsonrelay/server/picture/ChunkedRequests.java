// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;

/// Keeps Helidon from reading chunked request bodies, on every path: it gathers a chunk, or a line
/// that has no end, in memory however long it is, even only to skip it after the answer.
///
/// Such a request is answered and its connection closed. Who wants its body reads it with a
/// [ChunkedBody]. Stateless; called from request threads.
final class ChunkedRequests implements Filter {

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (!request.headers().contains(HeaderNames.TRANSFER_ENCODING)) {
      chain.proceed();
      return;
    }
    response.header(HeaderValues.CONNECTION_CLOSE);
    chain.proceed();
    response.commit();
    throw new CloseConnectionException("a chunked request is the last one of its connection");
  }
}
