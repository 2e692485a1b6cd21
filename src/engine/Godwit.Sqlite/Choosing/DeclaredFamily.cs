using Godwit.Model.Values;

namespace Godwit.Sqlite.Choosing;

/// <summary>What a declaration means to the person who wrote it, which is more than its affinity.</summary>
public enum DeclaredFamily
{
    /// <summary>No type, or STRICT's ANY: the data decide.</summary>
    None,
    Integer,
    Real,
    Numeric,
    Boolean,
    Date,
    DateTime,
    Time,
    Uuid,
    Json,
    Text,
    Blob,

    /// <summary>A word that neither SQLite nor Godwit knows; its affinity is NUMERIC.</summary>
    Unknown,
}

public static class DeclaredFamilies
{
    public static DeclaredFamily Of(TypeDeclaration declared, Affinity affinity) => declared.Words switch
    {
        "" or "ANY" when affinity == Affinity.Blob => DeclaredFamily.None,
        "BOOLEAN" or "BOOL" => DeclaredFamily.Boolean,
        "DATE" => DeclaredFamily.Date,
        "DATETIME" or "DATETIME2" or "SMALLDATETIME" or "DATETIMEOFFSET" => DeclaredFamily.DateTime,
        "TIMESTAMP" or "TIMESTAMPTZ" or "TIMESTAMP WITH TIME ZONE" or "TIMESTAMP WITHOUT TIME ZONE" or "TIMESTAMP WITH LOCAL TIME ZONE" => DeclaredFamily.DateTime,
        "TIME" or "TIME WITHOUT TIME ZONE" => DeclaredFamily.Time,
        "UUID" or "GUID" or "UNIQUEIDENTIFIER" => DeclaredFamily.Uuid,
        "JSON" or "JSONB" => DeclaredFamily.Json,
        "NUMERIC" or "DECIMAL" or "DEC" or "FIXED" or "NUMBER" or "MONEY" or "SMALLMONEY" or "CURRENCY" => DeclaredFamily.Numeric,
        _ => affinity switch
        {
            Affinity.Integer => DeclaredFamily.Integer,
            Affinity.Real => DeclaredFamily.Real,
            Affinity.Text => DeclaredFamily.Text,
            Affinity.Blob => DeclaredFamily.Blob,
            _ => DeclaredFamily.Unknown,
        },
    };
}
