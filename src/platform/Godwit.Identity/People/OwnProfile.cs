using System.Text;
using System.Text.Json;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Registration;
using Godwit.Identity.Requests;
using Godwit.Security.Fields;
using Godwit.Security.Keyring.Persons;
using NpgsqlTypes;

namespace Godwit.Identity.People;

/// <summary>What a person's account says of them, and what of it they correct themselves.</summary>
internal sealed class OwnProfile(IdentityDatabase database, IdentityKeys keys, PersonalValues values, EventLog events)
{
    public Task<Profile> ReadAsync(Caller caller, CancellationToken cancellation) => database.WithAsync(
        async connection => await values.OpenAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404)), cancellation);

    /// <exception cref="ProblemException">400: a name that is none.</exception>
    public async Task<Profile> ChangeAsync(Caller caller, NameChange change, Client client, CancellationToken cancellation)
    {
        List<FieldFault> faults = [];
        var (first, last) = (Judge(faults, "firstName", change.FirstName), Judge(faults, "lastName", change.LastName));
        if (faults.Count > 0) throw new ProblemException(Problem.ValidationFailed(faults));
        await using var person = await keys.Persons.OpenAsync(caller.User.ToString(), cancellation) ?? throw new ProblemException(Problem.Of(404));
        return await database.InTransactionAsync(
            async connection =>
            {
                var user = await Statement.FirstAsync(
                    connection,
                    """
                    UPDATE identity.users SET encrypted_first_name = CASE WHEN $2 THEN $3 ELSE encrypted_first_name END, encrypted_last_name = CASE WHEN $4 THEN $5 ELSE encrypted_last_name END
                    WHERE uuid = $1 AND deleted_at IS NULL RETURNING id
                    """,
                    r => (long?)r.GetInt64(0), cancellation, Statement.P(caller.User), Statement.P(first.Given), Statement.P(Sealed(person, caller.User, "encrypted_first_name", first.Name), NpgsqlDbType.Bytea),
                    Statement.P(last.Given), Statement.P(Sealed(person, caller.User, "encrypted_last_name", last.Name), NpgsqlDbType.Bytea)) ?? throw new ProblemException(Problem.Of(404));
                if (first.Given || last.Given) await events.WriteAsync(connection, new SecurityEvent("profile_changed", "account") { UserId = user, Client = client }, cancellation);
                return await values.OpenAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404));
            },
            cancellation);
    }

    private static (bool Given, string? Name) Judge(List<FieldFault> faults, string field, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return (value.ValueKind == JsonValueKind.Null, null);
        if (value.ValueKind != JsonValueKind.String) faults.Add(new FieldFault(field, "is a text, or null"));
        else if (JsonText.Of(value) is not { } text) faults.Add(new FieldFault(field, "has characters that are no part of a name"));
        else Registrar.Name(faults, field, text);
        return (true, value.ValueKind == JsonValueKind.String ? JsonText.Of(value)?.Trim() : null);
    }

    private byte[]? Sealed(PersonKey person, Guid uuid, string column, string? text)
    {
        if (text is null) return null;
        var plain = Encoding.UTF8.GetBytes(text);
        var blob = new byte[FieldCipher.BlobLength(plain.Length)];
        keys.OfPerson(person, column).Encrypt(plain, RowKey.Of(uuid.ToString()), blob);
        return blob;
    }
}
