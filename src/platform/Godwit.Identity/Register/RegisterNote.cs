using System.Globalization;
using Godwit.Identity.Events;

namespace Godwit.Identity.Register;

/// <summary>That an account lost something, or got it back.</summary>
/// <param name="Kind"><see cref="RegisterLine.Revoked"/> or <see cref="RegisterLine.Allowed"/>.</param>
/// <param name="What">One of the words here; a role or a consent follows it.</param>
/// <param name="User">The account's number, which is the same in every backup that has the account.</param>
internal sealed record RegisterNote(string Kind, string What, long User)
{
    public const string Password = "password", Passkeys = "passkeys", Factors = "factors", Providers = "providers", Access = "access", Address = "address", Role = "role ", Consent = "consent ";

    /// <summary>What is hashed for the register: kinds share it, so that the later line counts.</summary>
    public string Hashed => Key(What, User);

    public static string Key(string what, long user) => string.Create(CultureInfo.InvariantCulture, $"{what}\0{user}");

    /// <summary>What an event says that an account lost. It is the one place that all of these pass through, in the transaction that does it.</summary>
    public static IEnumerable<RegisterNote> Of(SecurityEvent told)
    {
        if (told.UserId is not { } user) return [];
        return told.Type switch
        {
            "password_changed" or "password_reset" or "password_disabled" => Lost(Password),
            "passkey_removed" => Lost(Passkeys),
            "second_factor_enabled" or "second_factor_disabled" or "backup_codes_renewed" => Lost(Factors),
            "provider_unlinked" => Lost(Providers),
            "email_changed" => Lost(Address),
            "email_change_undone" => Lost(Address, Password, Passkeys, Factors, Providers),
            "account_locked" => Lost(Access),
            "account_unlocked" => Got(Access),
            "role_withdrawn" => Lost(Role + Word("role")),
            "role_granted" => Got(Role + Word("role")),
            "consent_withdrawn" => Lost(Consent + Word("consent")),
            "consent_granted" => Got(Consent + Word("consent")),
            _ => [],
        };

        IEnumerable<RegisterNote> Lost(params IEnumerable<string> what) => what.Select(w => new RegisterNote(RegisterLine.Revoked, w, user));

        IEnumerable<RegisterNote> Got(string what) => [new RegisterNote(RegisterLine.Allowed, what, user)];

        string Word(string member) => (string?)told.Data?[member] ?? throw new ArgumentException($"{told.Type} says no {member}", nameof(told));
    }
}
