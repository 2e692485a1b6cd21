using Microsoft.AspNetCore.Http;

namespace Godwit.Server.Answers;

/// <summary>Behind a proxy that is trusted, a request's address is the client's, by <c>X-Forwarded-For</c>; from anybody else that header is nothing.</summary>
internal sealed class ForwardedClient(RequestDelegate next, TrustedProxies proxies)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is { } peer)
        {
            if (peer.IsIPv4MappedToIPv6) peer = peer.MapToIPv4();
            if (proxies.Trusts(peer)) context.Connection.RemoteIpAddress = proxies.ClientOf(peer, context.Request.Headers["X-Forwarded-For"].ToString());
        }
        return next(context);
    }
}
