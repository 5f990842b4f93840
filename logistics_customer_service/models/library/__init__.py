from . import logistics_case_lesson
from . import logistics_case_lesson_tag
from . import logistics_complaint
