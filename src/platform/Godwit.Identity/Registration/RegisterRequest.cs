namespace Godwit.Identity.Registration;

/// <summary>As clients send it; 002's requests work as they are.</summary>
internal sealed record RegisterRequest(string? Email, string? Password, string? FirstName, string? LastName, ConsentChoices? Consents);

/// <param name="Terms">Has to be true.</param>
/// <param name="Privacy">Has to be true.</param>
internal sealed record ConsentChoices(bool? Terms, bool? Privacy, bool? Marketing, bool? Analytics);

/// <summary>A registration while its address is not verified: what the account will be made of. It is kept encrypted. Without a password where it is signed in to another way.</summary>
internal sealed record PendingRegistration(string Email, string? PasswordHash, string? FirstName, string? LastName, bool Marketing, bool Analytics, string Address, string? Agent, DateTimeOffset At);

/// <summary>As clients send it.</summary>
internal sealed record ResendRequest(string? Email);
