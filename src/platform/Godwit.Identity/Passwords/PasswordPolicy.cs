using System.Security.Cryptography;
using System.Text;
using Godwit.Http.Modules;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Settings;
using Godwit.Security.Emails;
using Godwit.Security.Passwords;

namespace Godwit.Identity.Passwords;

/// <summary>Which passwords are taken, and how one is hashed and verified: always in its normal form.</summary>
internal sealed class PasswordPolicy(PasswordHasher hasher, SettingValues settings) : IDisposable
{
    private BreachedPasswords? _breached;
    private PasswordRules? _rules;

    /// <summary>Opens the list of breached passwords: without it no password may be set, and so nobody serves.</summary>
    /// <exception cref="ModuleRefusedException">It is not there, or not as it was written.</exception>
    public void Prepare()
    {
        try
        {
            _breached = BreachedPasswords.Open(settings.TextOrNull(IdentitySettings.BreachedPasswords.Name) ?? Path.Combine(AppContext.BaseDirectory, BreachedPasswords.FileName));
            _rules = new PasswordRules(_breached, settings.Text(IdentitySettings.ServiceName.Name));
        }
        catch (BreachedPasswordsException e)
        {
            throw new ModuleRefusedException(e.Message);
        }
    }

    /// <returns>What is wrong with a new password, all of it.</returns>
    public IEnumerable<FieldFault> Judge(string field, string? password, EmailAddress? email, params IEnumerable<string?> names) =>
        password is null ? [new FieldFault(field, "is required")] : _rules!.Faults(password, email, [.. names.OfType<string>()]).Select(fault => new FieldFault(field, fault));

    /// <summary>Does the same work for what nobody has stored, and for what is no password at all.</summary>
    /// <param name="stored">The stored hash; null when there is none.</param>
    public async Task<PasswordVerdict> VerifyAsync(string password, string? stored, CancellationToken cancellation)
    {
        var form = PasswordRules.Form(password);
        var bytes = Encoding.UTF8.GetBytes(form ?? "");
        try
        {
            return stored is null || form is null ? await hasher.PretendAsync(bytes, cancellation) : await hasher.VerifyAsync(bytes, stored, cancellation);
        }
        catch (HashingBusyException e)
        {
            throw new ProblemException(Problem.Of(503) with { RetryAfter = 2 }, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <param name="password">One that <see cref="Judge"/> takes.</param>
    public async Task<string> HashAsync(string password, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(PasswordRules.Form(password) ?? throw new ArgumentException("no password", nameof(password)));
        try
        {
            return await hasher.HashAsync(bytes, cancellation);
        }
        catch (HashingBusyException e)
        {
            throw new ProblemException(Problem.Of(503) with { RetryAfter = 2 }, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public void Dispose() => _breached?.Dispose();
}
