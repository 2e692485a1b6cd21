namespace Godwit.Redis.Protocol;

/// <summary>The bytes are no RESP3, or more than <see cref="RespLimits"/> allow. What follows them cannot be read either.</summary>
public sealed class RespException(string message) : Exception(message);
