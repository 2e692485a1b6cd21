namespace Godwit.Identity.Login;

/// <summary>As clients send it.</summary>
internal sealed record LoginRequest(string? Email, string? Password);
