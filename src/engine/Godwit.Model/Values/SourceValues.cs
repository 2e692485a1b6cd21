namespace Godwit.Model.Values;

/// <summary>What SQLite stored for one value; the numbers are SQLITE_INTEGER … SQLITE_NULL (https://sqlite.org/c3ref/c_blob.html).</summary>
public enum StorageClass
{
    Integer = 1,
    Real = 2,
    Text = 3,
    Blob = 4,
    Null = 5,
}

/// <summary>A column's affinity (https://sqlite.org/datatype3.html section 3.1). <see cref="Blob"/> is also called NONE: it changes nothing.</summary>
public enum Affinity
{
    Blob,
    Text,
    Numeric,
    Integer,
    Real,
}
