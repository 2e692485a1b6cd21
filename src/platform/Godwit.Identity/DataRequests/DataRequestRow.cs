using System.Text;
using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Security.Fields;
using Godwit.Security.Keyring.Persons;
using Npgsql;

namespace Godwit.Identity.DataRequests;

/// <summary>A request as its row is.</summary>
/// <param name="User">The account's number; null once the person was erased.</param>
/// <param name="Outcome">What was not as it should be when it was carried out.</param>
internal sealed record DataRequestRow(
    long Id, Guid Uuid, long? User, Guid? UserUuid, string Type, string Status, DateTimeOffset RequestedAt, DateTimeOffset DueAt, DateTimeOffset? CompletedAt, byte[]? Details, byte[]? Answer, byte[]? Notes,
    DateTimeOffset? ArchiveUntil, DateTimeOffset? ExecuteAfter, bool Withdrawn, long? ProcessedBy, string? Outcome)
{
    public const string Table = "data_subject_requests";

    private const string Query = """
        SELECT r.id, r.uuid, r.user_id, u.uuid, r.request_type, r.status, r.requested_at, r.due_at, r.completed_at, r.encrypted_details, r.encrypted_answer, r.encrypted_notes,
            CASE WHEN r.encrypted_response IS NOT NULL AND r.response_expires_at > now() THEN r.response_expires_at END, r.execute_after, r.withdrawn, r.processed_by_admin_id, r.outcome
        FROM identity.data_subject_requests r LEFT JOIN identity.users u ON u.id = r.user_id
        """;

    /// <param name="rest">WHERE and what follows, with <c>r</c> for the request and <c>u</c> for the account.</param>
    public static Task<List<DataRequestRow>> AllAsync(NpgsqlConnection connection, string rest, CancellationToken cancellation, params NpgsqlParameter[] parameters) =>
        Statement.AllAsync(connection, $"{Query} {rest}", Read, cancellation, parameters);

    public static Task<DataRequestRow?> FindAsync(NpgsqlConnection connection, Guid uuid, CancellationToken cancellation, bool held = false) =>
        Statement.FirstAsync(connection, $"{Query} WHERE r.uuid = $1 {(held ? "FOR UPDATE OF r" : "")}", Read, cancellation, Statement.P(uuid));

    /// <summary>What a column of a request's row keeps, bound to that row, under the person's key.</summary>
    public static byte[] Seal(IdentityKeys keys, PersonKey person, string column, Guid request, ReadOnlySpan<byte> value)
    {
        var blob = new byte[FieldCipher.BlobLength(value.Length)];
        keys.OfPerson(person, column, Table).Encrypt(value, RowKey.Of(request.ToString()), blob);
        return blob;
    }

    public static byte[] Seal(IdentityKeys keys, PersonKey person, string column, Guid request, string text) => Seal(keys, person, column, request, Encoding.UTF8.GetBytes(text));

    public static string? Open(IdentityKeys keys, PersonKey? person, string column, Guid request, byte[]? blob) =>
        blob is null || person is null ? null : Encoding.UTF8.GetString(keys.OfPerson(person, column, Table).Decrypt(blob, RowKey.Of(request.ToString())));

    public DataRequestDocument ToDocument(IdentityKeys keys, PersonKey? person) => new(
        Uuid, Type, Status, RequestedAt, DueAt, CompletedAt, Open(keys, person, "encrypted_details", Uuid, Details), Open(keys, person, "encrypted_answer", Uuid, Answer), ArchiveUntil, ExecuteAfter, Withdrawn);

    private static DataRequestRow Read(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetGuid(1), r.IsDBNull(2) ? null : r.GetInt64(2), r.IsDBNull(3) ? null : r.GetGuid(3), r.GetString(4), r.GetString(5), r.GetFieldValue<DateTimeOffset>(6), r.GetFieldValue<DateTimeOffset>(7), At(r, 8),
        Blob(r, 9), Blob(r, 10), Blob(r, 11), At(r, 12), At(r, 13), r.GetBoolean(14), r.IsDBNull(15) ? null : r.GetInt64(15), r.IsDBNull(16) ? null : r.GetString(16));

    private static DateTimeOffset? At(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetFieldValue<DateTimeOffset>(column);

    private static byte[]? Blob(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetFieldValue<byte[]>(column);
}
