"""What is said of single files and articles: their names, how they were read, their dates, how two differ."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.holdings.comparison import comparison_dict, is_copy
    from ui.holdings.coverage import file_dict, file_text, files_named, files_of
    from ui.holdings.dates import date_words
    from ui.holdings.names import ShelfError, article_named
else:
    __getattr__ = face(
        __name__,
        comparison="comparison_dict is_copy",
        coverage="file_dict file_text files_named files_of",
        dates="date_words",
        names="ShelfError article_named",
    )

__all__ = [
    "ShelfError",
    "article_named",
    "comparison_dict",
    "date_words",
    "file_dict",
    "file_text",
    "files_named",
    "files_of",
    "is_copy",
]
