namespace Godwit.Identity.PersonalData;

/// <summary>A table of the service, with what each of its columns holds of people.</summary>
/// <param name="Name">In the schema <c>identity</c>.</param>
/// <param name="File">What an archive calls it; null where nothing of it is about anybody.</param>
/// <param name="Owner">The SQL that finds a person's rows: <c>$1</c> is the account's number, <c>$2</c> the blind indexes of the address, <c>$3</c> the same in hexadecimal digits.</param>
/// <param name="OnErasure">What becomes of them.</param>
internal sealed record PersonalTable(string Name, string? File, string Owner, OnErasure OnErasure)
{
    private readonly List<PersonalColumn> _columns = [];

    public IReadOnlyList<PersonalColumn> Columns => _columns;

    /// <summary>Further members of the archive's objects, from other tables: name and SQL.</summary>
    public IReadOnlyList<(string Name, string Sql)> Extras { get; init; } = [];

    public PersonalTable Personal(params ReadOnlySpan<string> names) => Add(names, ColumnKind.Personal, "NULL");

    public PersonalTable Sealed(params ReadOnlySpan<string> names) => Add(names, ColumnKind.Sealed, "NULL");

    public PersonalTable Linked(params ReadOnlySpan<string> names) => Add(names, ColumnKind.Linked, "NULL");

    public PersonalTable Plain(params ReadOnlySpan<string> names) => Add(names, ColumnKind.Plain, null);

    public PersonalTable Secret(params ReadOnlySpan<string> names) => Add(names, ColumnKind.Secret, "NULL");

    public PersonalTable Internal(params ReadOnlySpan<string> names) => Add(names, ColumnKind.Internal, null);

    /// <summary>One column that is not like the others of its kind.</summary>
    public PersonalTable With(PersonalColumn column)
    {
        _columns.Add(column);
        return this;
    }

    private PersonalTable Add(ReadOnlySpan<string> names, ColumnKind kind, string? erased)
    {
        foreach (var name in names) _columns.Add(new PersonalColumn(name, kind, Erased: erased));
        return this;
    }
}
