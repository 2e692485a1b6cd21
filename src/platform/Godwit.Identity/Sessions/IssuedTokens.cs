namespace Godwit.Identity.Sessions;

/// <summary>What a client gets when it has signed in or renewed (RFC 6749 section 5.1, in the seeds' manner of writing).</summary>
/// <param name="ExpiresIn">Seconds that the access token is good for.</param>
/// <param name="SessionExpiresAt">When the session ends, however often it is renewed.</param>
/// <param name="DeviceToken">What the device is known by from now on, when it is new: it is sent as <c>X-Device-Token</c>.</param>
internal sealed record IssuedTokens(string AccessToken, string RefreshToken, string TokenType, long ExpiresIn, DateTimeOffset SessionExpiresAt, Guid UserId, Guid SessionId, string? DeviceToken);
