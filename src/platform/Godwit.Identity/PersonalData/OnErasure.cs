namespace Godwit.Identity.PersonalData;

/// <summary>What becomes of a person's rows in a table when the person is erased.</summary>
internal enum OnErasure
{
    /// <summary>The table holds nothing of anybody.</summary>
    Nothing,

    /// <summary>The rows go.</summary>
    Delete,

    /// <summary>The rows stay, because something else hangs on them, without what is about the person.</summary>
    Clear,
}
