namespace Godwit.Identity.Recovery;

/// <summary>As clients send it.</summary>
internal sealed record ResetRequest(string? Email);

/// <param name="Token">Out of the mail.</param>
/// <param name="Password">The new one.</param>
internal sealed record ResetConfirmation(string? Token, string? Password);
