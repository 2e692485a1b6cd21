using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Choosing;

/// <summary>A column whose type is to be chosen: what was declared, what was seen, what the user said.</summary>
public sealed record ColumnToChoose(string Table, string DeclaredType, bool Strict, ColumnProfile Profile)
{
    /// <summary>False for a table without rowid: the profile's rows are then positions in the order of <see cref="KeyColumns"/>.</summary>
    public bool HasRowId { get; init; } = true;

    public IReadOnlyList<string> KeyColumns { get; init; } = [];

    /// <summary>The user's word on this column, or on one that a foreign key joins to it; the same that <see cref="ToProfile"/> was given.</summary>
    public ColumnMap? Override { get; init; }

    /// <summary>What made the values, where they are not the source's own.</summary>
    public ColumnTransform? Transform { get; init; }

    public string Name => Profile.Column.Name;

    public Affinity Affinity { get; } = Grammar.DeclaredType.AffinityOf(DeclaredType, Strict);

    public TypeDeclaration Declaration { get; } = TypeDeclaration.Parse(DeclaredType);

    public DeclaredFamily Family => DeclaredFamilies.Of(Declaration, Affinity);

    /// <summary>What to look for while profiling the column, so that <see cref="TypeChooser"/> can decide and count exactly.</summary>
    /// <param name="map">The user's word on this column, or on one that a foreign key joins to it.</param>
    public static ColumnToProfile ToProfile(string name, string declaredType, bool strict, ColumnMap? map)
    {
        var affinity = Grammar.DeclaredType.AffinityOf(declaredType, strict);
        var declaration = TypeDeclaration.Parse(declaredType);
        var family = DeclaredFamilies.Of(declaration, affinity);
        var digits = map?.Type is { Name: TypeName.Numeric, Precision: { } precision } type ? (precision, type.Scale ?? 0) : family == DeclaredFamily.Numeric ? declaration.Digits : null;
        return new ColumnToProfile(name, affinity)
        {
            TrackShapes = map?.Type is not null || map?.Format is not null
                || family is DeclaredFamily.Boolean or DeclaredFamily.Date or DeclaredFamily.DateTime or DeclaredFamily.Time or DeclaredFamily.Uuid,
            TrackJson = map?.Type is { Name: TypeName.Json },
            Precision = digits?.Item1,
            Scale = digits?.Item2 ?? 0,
            Length = map?.Type is { Name: TypeName.Varchar, Length: { } length } ? length : declaration.Length,
        };
    }
}
