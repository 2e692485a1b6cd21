using System.Text.Json.Nodes;

namespace Godwit.Security.Tokens;

/// <summary>The claims of a token whose signature, type, issuer, audience and times were found right.</summary>
/// <param name="KeyId">The key that signed it.</param>
/// <param name="Claims">All claims. Those that are not registered in RFC 7519 are as the issuer wrote them.</param>
public sealed record VerifiedToken(string KeyId, string? Subject, string? Id, DateTimeOffset NotBefore, DateTimeOffset Expires, JsonObject Claims);
